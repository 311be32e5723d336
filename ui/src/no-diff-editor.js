// Stands in for the editor's views of differences, which this page never opens
// (see build.mjs): their classes must exist, since others extend them.

export class DiffEditorWidget {}
export class MultiDiffEditorWidget {}
