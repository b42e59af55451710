import React, {useState} from 'react';
import {AbsoluteFill, delayRender} from 'remotion';

// Waits for data that never comes.
export const Never: React.FC = () => {
	useState(() => delayRender('waiting for data that never comes'));
	return <AbsoluteFill style={{background: '#202020'}} />;
};
