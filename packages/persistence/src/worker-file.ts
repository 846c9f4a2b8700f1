/**
 * The file of a worker thread that stands beside the module which starts it. Sources run as they are, so the file ends
 * in what the asking module's ends in: `.ts` in a checkout, `.js` when published.
 *
 * @param name the worker's file without its ending
 * @param importer `import.meta.url` of the asking module
 */
export function workerFile(name: string, importer: string): URL {
  return new URL(`./${name}${importer.slice(importer.lastIndexOf('.'))}`, importer)
}
