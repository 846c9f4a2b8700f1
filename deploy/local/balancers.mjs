import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/workspace.mjs'

/**
 * What a load balancer is to stand between.
 *
 * @typedef {object} Place
 * @property {string} folder for its files
 * @property {number} port to listen on, of this machine only
 * @property {readonly string[]} nodes two of them, as host:port
 */

/**
 * How a load balancer runs as its example has it.
 *
 * @typedef {object} Balancer
 * @property {'SIGQUIT' | undefined} takeNoMore makes it take no more connections and keep those it has
 * @property {(place: Place) => { args: string[], env: NodeJS.ProcessEnv }} prepare
 */

/** @type {Readonly<Record<'nginx' | 'caddy', Balancer>>} */
export const balancers = {
  nginx: {
    takeNoMore: 'SIGQUIT',
    prepare({ folder, port, nodes }) {
      const meant = [
        ['listen 80', `listen 127.0.0.1:${port}`],
        ['server_name weft.example.com', 'server_name localhost 127.0.0.1'],
        ['/var/log/nginx/', ''],
        ...nodes.map((node, index) => [`server weft-${index + 1}:8787`, `server ${node}`]),
      ]
      const example = readFileSync(join(root, 'deploy/nginx/weft.conf'), 'utf8')
      writeFileSync(join(folder, 'weft.conf'), substitute(example, meant))
      writeFileSync(join(folder, 'nginx.conf'), nginxMain)
      // Paths in the configuration are relative to this folder.
      return { args: ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'stderr'], env: process.env }
    },
  },
  caddy: {
    // Going down, Caddy cuts its connections off: they are sent away by the nodes before.
    takeNoMore: undefined,
    prepare({ folder, port, nodes }) {
      const env = {
        ...process.env,
        WEFT_SITES: `http://localhost:${port}, http://127.0.0.1:${port}`,
        WEFT_NODES: nodes.join(' '),
        WEFT_BIND: '127.0.0.1',
        WEFT_CADDY_ADMIN: 'off',
        // Where it would keep certificates and the configuration that it ran last.
        XDG_CONFIG_HOME: folder,
        XDG_DATA_HOME: folder,
      }
      return { args: ['run', '--adapter', 'caddyfile', '--config', join(root, 'deploy/caddy/Caddyfile')], env }
    },
  },
}

/** What a machine's own nginx.conf says around the example. Files that it makes stay in the folder. */
const nginxMain = `daemon off;
pid nginx.pid;
${process.getuid?.() === 0 ? `user ${userInfo().username};\n` : ''}events {
  worker_connections 4096;
}
http {
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include weft.conf;
}
`

/**
 * @param {string} text
 * @param {readonly (readonly string[])[]} pairs what it says, and what is meant here
 */
function substitute(text, pairs) {
  return pairs.reduce((result, [written = '', meant = '']) => {
    if (!result.includes(written)) throw new Error(`the example does not say "${written}"`)
    return result.replaceAll(written, meant)
  }, text)
}
