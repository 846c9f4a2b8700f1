/** The bundler handles style sheets; to the type checker they are imports without exports. */
declare module '*.css'
