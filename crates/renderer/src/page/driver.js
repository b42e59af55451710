// The renderer's side of the page: steps through frames and tells when one can be pictured.
// Under begin-frame control no animation frame fires until the renderer sends one.
(() => {
	const OWN_LABEL = 'Setting the current frame to';
	const LEAST_TICKS = 4;
	const QUIET_TICKS = 2;
	const MOST_TICKS = 100;

	// A macrotask that costs no timer: React's scheduler queues its work the same way, so work it has queued runs first.
	const channel = new MessageChannel();
	let ticking = [];
	channel.port1.onmessage = () => {
		const due = ticking;
		ticking = [];
		due.forEach((done) => done());
	};
	const tick = () =>
		new Promise((done) => {
			ticking.push(done);
			channel.port2.postMessage(0);
		});

	let changed = false;
	new MutationObserver(() => {
		changed = true;
	}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});

	// Remotion replaces its list of handles whenever one is continued, and sets the error once: both wake a waiter.
	let wake = () => {};
	const watch = (name) => {
		let value = window[name];
		Object.defineProperty(window, name, {
			configurable: true,
			enumerable: true,
			get: () => value,
			set: (next) => {
				value = next;
				wake();
			},
		});
	};
	watch('remotion_delayRenderHandles');
	watch('remotion_cancelledError');

	// React tells each commit to whoever poses as its developer tools. An error that nobody catches unmounts the whole tree; what
	// was mounted until then is kept as chains of component names, so that an error can be told with the components around it.
	let lost = new Map();
	const nameOf = ({type}) =>
		typeof type === 'function' ? type.displayName || type.name : type?.displayName || type?.render?.name || type?.type?.name;
	const remember = (fiber, around) => {
		for (; fiber; fiber = fiber.sibling) {
			const name = nameOf(fiber);
			const chain = name ? {name, around} : around;
			if (name && !lost.has(name)) {
				lost.set(name, chain);
			}
			remember(fiber.child, chain);
		}
	};
	window.__REACT_DEVTOOLS_GLOBAL_HOOK__ ??= {
		isDisabled: false,
		supportsFiber: true,
		renderers: new Map(),
		inject: () => 1,
		checkDCE: () => {},
		onScheduleFiberRoot: () => {},
		onCommitFiberUnmount: () => {},
		onPostCommitFiberRoot: () => {},
		onCommitFiberRoot: (_id, root) => {
			if (!root.current.child && root.current.alternate?.child) {
				lost = new Map();
				remember(root.current.alternate.child, null);
			}
		},
	};

	const handles = () => window.remotion_delayRenderHandles || [];
	const label = (handle) => window.remotion_delayRenderTimeouts?.[handle]?.label ?? null;
	const foreign = () => handles().filter((handle) => !String(label(handle)).startsWith(OWN_LABEL));
	const fontsLoading = () => document.fonts?.status === 'loading';

	// Lets React commit, its effects run, and what they set off commit too.
	const settle = async (least) => {
		let quiet = 0;
		for (let n = 0; n < MOST_TICKS && (n < least || quiet < QUIET_TICKS); n++) {
			changed = false;
			await tick();
			quiet = changed ? 0 : quiet + 1;
		}
		changed = false;
	};

	const state = (ready) =>
		window.remotion_cancelledError !== undefined
			? {state: 'cancelled', stack: String(window.remotion_cancelledError)}
			: {state: ready ? 'ready' : 'waiting'};

	// Everything but the frame's own handle is done: the next animation frame closes that one.
	const almost = () => state(foreign().length === 0 && !fontsLoading());
	const complete = () => state(window.remotion_renderReady === true && !fontsLoading());

	const whenWoken = (milliseconds) =>
		new Promise((done) => {
			const timer = setTimeout(done, milliseconds);
			wake = () => {
				clearTimeout(timer);
				done();
			};
		});

	const body = (colour) => {
		if (document.body.style.background !== colour) {
			document.body.style.background = colour;
		}
	};

	window.framewright = {
		// Shows a frame. Answers `ready` when one animation frame completes it.
		async step(frame, composition, attempt, background) {
			body(background);
			window.remotion_setFrame(frame, composition, attempt);
			await settle(LEAST_TICKS);
			return almost();
		},

		// Waits for what is open, but not longer than a moment: what is awaited may need an animation frame.
		async wait(milliseconds) {
			if (almost().state === 'waiting') {
				await whenWoken(milliseconds);
				wake = () => {};
			}
			await settle(LEAST_TICKS);
			return almost();
		},

		// After a picture: `ready`, with what is heard, if it shows all of the frame; `again` if the page went on changing, unless
		// that is to be overlooked.
		async confirm(overlook) {
			let moved = changed;
			changed = false;
			for (let n = 0; n < QUIET_TICKS; n++) {
				await tick();
				moved ||= changed;
			}
			changed = false;
			const now = complete();
			if (now.state !== 'ready') {
				return now;
			}
			if (moved && !overlook) {
				return {state: 'again'};
			}
			return {state: 'ready', assets: window.remotion_collectAssets ? window.remotion_collectAssets() : []};
		},

		complete: () => complete(),

		// The components around the innermost function of `stack` that is a component.
		components(stack) {
			const functions = [...stack.matchAll(/^\s+at (?:new |Object\.)?(\S+) \(/gm)].map((match) => match[1]);
			const lines = [];
			for (let at = lost.get(functions.find((name) => lost.has(name))); at; at = at.around) {
				lines.push(`    at ${at.name}`);
			}
			return lines.join('\n');
		},

		sourceMap: (script) =>
			fetch(`${script}.map`)
				.then((response) => (response.ok ? response.json() : null))
				.then((map) => map && {sources: map.sources, mappings: map.mappings})
				.catch(() => null),

		open: () => handles().map((handle) => label(handle) ?? 'a handle without a label'),
	};
})();
