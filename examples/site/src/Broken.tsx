import React from 'react';
import {AbsoluteFill, useCurrentFrame} from 'remotion';

const Fuse: React.FC<{frame: number}> = ({frame}) => {
	if (frame === 30) {
		throw new Error('the fuse blew on frame 30');
	}
	return <div style={{fontSize: 80}}>{30 - frame}</div>;
};

// Renders 30 frames and throws on the next: what a bug in a composition looks like to a renderer.
export const Broken: React.FC = () => {
	const frame = useCurrentFrame();
	return (
		<AbsoluteFill style={{background: '#202020', color: 'white', justifyContent: 'center', alignItems: 'center'}}>
			<Fuse frame={frame} />
		</AbsoluteFill>
	);
};
