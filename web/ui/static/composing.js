// Whether an input method composes: then no key is ours. 229 is what browsers say that tell no `isComposing`.
export const composing = (event) => event.isComposing || event.keyCode === 229;
