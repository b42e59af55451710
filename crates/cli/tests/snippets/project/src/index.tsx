// The least that Remotion's client can bundle and deploy.
import {registerRoot, Still} from 'remotion';

const Square = () => <div style={{width: 64, height: 64, backgroundColor: '#0b84f3'}} />;

registerRoot(() => <Still id="Square" component={Square} width={64} height={64} />);
