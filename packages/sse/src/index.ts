export { DataSpan } from './data-span.ts';
export { encodeComment, encodeFrame } from './encode-frame.ts';
export { FrameSplitter, type FrameSplitterOptions, type Piece } from './frame-splitter.ts';
export { type Frame, readFrame } from './read-frame.ts';
