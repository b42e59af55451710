import React from 'react';
import {AbsoluteFill, Html5Audio, Sequence, interpolate, staticFile} from 'remotion';

// Two sources that overlap, both at 1.5 times their speed and with a volume ramp, one trimmed at its start.
export const Sounds: React.FC = () => (
	<AbsoluteFill style={{background: '#101010'}}>
		<Html5Audio
			src={staticFile('music.mp3')}
			playbackRate={1.5}
			volume={(frame) => interpolate(frame, [0, 60], [0, 0.8], {extrapolateRight: 'clamp'})}
		/>
		<Sequence from={25}>
			<Html5Audio
				src={staticFile('clip.mp4')}
				trimBefore={15}
				playbackRate={1.5}
				volume={(frame) => interpolate(frame, [0, 80], [1, 0.1], {extrapolateRight: 'clamp'})}
			/>
		</Sequence>
	</AbsoluteFill>
);
