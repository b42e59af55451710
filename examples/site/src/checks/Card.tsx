import React from 'react';
import {AbsoluteFill} from 'remotion';

export const PATCHES = [
	'#000000', '#ffffff', '#808080', '#ff0000', '#00ff00', '#0000ff', '#00ffff', '#ff00ff',
	'#ffff00', '#404040', '#c0c0c0', '#c86432', '#3264c8', '#14342b', '#f4c7a1', '#7a2b52',
];

// Sixteen flat patches of 160×180: what the page's colours become after encoding can be read off their centres.
export const Card: React.FC = () => (
	<AbsoluteFill style={{display: 'grid', gridTemplateColumns: 'repeat(4, 1fr)', gridTemplateRows: 'repeat(4, 1fr)'}}>
		{PATCHES.map((colour) => (
			<div key={colour} style={{background: colour}} />
		))}
	</AbsoluteFill>
);
