import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Where `npm run dev` finds the API; `cloudnego demo --port N` serves it. */
const api = process.env.CLOUDNEGO_API ?? 'http://127.0.0.1:8000'

/** The API takes what changes something from its own pages alone: here it is shown its own address. */
const door = { target: api, changeOrigin: true, headers: { Origin: api } }
const proxy = { '/api/': door, '/oauth/': door, '/slips.css': door }

export default defineConfig({
  base: '/',
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../src/cloudnego/web/static',
    emptyOutDir: true,
    manifest: true,
    // Our policy for scripts allows no data: and no inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2020',
  },
  server: { proxy },
  preview: { proxy },
})
