import React from 'react';
import {AbsoluteFill, type CalculateMetadataFunction, useCurrentFrame} from 'remotion';
import {z} from 'zod';

export const propsSchema = z.object({
	title: z.string().min(1),
	seconds: z.number().positive().max(600),
	colour: z.string().regex(/^#[0-9a-f]{6}$/),
});

export type PropsInput = z.infer<typeof propsSchema>;

// A renderer does not know the schema: what it refuses reaches the user only as the exception thrown here.
export const calculateProps: CalculateMetadataFunction<PropsInput> = ({props}) => {
	const parsed = propsSchema.parse(props);
	return {durationInFrames: Math.round(parsed.seconds * 30), props: parsed};
};

// A card with the given title whose length follows from the input props.
export const Props: React.FC<PropsInput> = ({title, seconds, colour}) => {
	const frame = useCurrentFrame();
	return (
		<AbsoluteFill
			style={{background: colour, color: 'white', fontFamily: 'Liberation Sans, sans-serif', justifyContent: 'center', alignItems: 'center'}}
		>
			<div style={{fontSize: 60}}>{title}</div>
			<div style={{fontSize: 30}}>
				frame {frame} of {seconds} s
			</div>
		</AbsoluteFill>
	);
};
