import React from 'react';
import {Composition, Folder} from 'remotion';
import {Broken} from './Broken';
import {Chart} from './Chart';
import {Clip} from './Clip';
import {Hold} from './Hold';
import {Photo} from './Photo';
import {Props, calculateProps, propsSchema} from './Props';
import {Title} from './Title';
import {Card} from './checks/Card';
import {Never} from './checks/Never';
import {Sounds} from './checks/Sounds';

// The first five are the workloads of the performance baseline; Props and Broken show how inputs and errors travel;
// the folder holds what tests look at.
export const Root: React.FC = () => (
	<>
		<Composition id="Title" component={Title} width={1920} height={1080} fps={30} durationInFrames={300} />
		<Composition id="Photo" component={Photo} width={1280} height={720} fps={30} durationInFrames={300} />
		<Composition id="Chart" component={Chart} width={1280} height={720} fps={30} durationInFrames={300} />
		<Composition id="Clip" component={Clip} width={1280} height={720} fps={30} durationInFrames={150} />
		<Composition id="Hold" component={Hold} width={1280} height={720} fps={30} durationInFrames={300} />
		<Composition
			id="Props"
			component={Props}
			width={640}
			height={360}
			fps={30}
			durationInFrames={60}
			schema={propsSchema}
			defaultProps={{title: 'Hello', seconds: 2, colour: '#14342b'}}
			calculateMetadata={calculateProps}
		/>
		<Composition id="Broken" component={Broken} width={640} height={360} fps={30} durationInFrames={60} />
		<Folder name="checks">
			<Composition id="Card" component={Card} width={640} height={720} fps={30} durationInFrames={5} />
			<Composition id="Sounds" component={Sounds} width={320} height={180} fps={30} durationInFrames={120} />
			<Composition id="Never" component={Never} width={320} height={180} fps={30} durationInFrames={30} />
		</Folder>
	</>
);
