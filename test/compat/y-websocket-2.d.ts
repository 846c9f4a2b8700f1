// Version 2 lists its types behind its code, where TypeScript does not look. What the tests use is the same in both.
declare module 'y-websocket-2' {
  export { WebsocketProvider } from 'y-websocket'
}
