// A room as it is written with `ws`: whoever says something is heard by everybody in it, himself too.
import { createRequire } from "node:module"

const { WebSocketServer } = createRequire(`${process.argv[2]}/`)("ws")
const rooms = new Map()
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false })

server.on("listening", () => console.log(`ready http://127.0.0.1:${server.address().port}`))
server.on("connection", (socket, request) => {
  if (!rooms.has(request.url)) rooms.set(request.url, new Set())
  const room = rooms.get(request.url)
  room.add(socket)
  socket.on("close", () => room.delete(socket))
  socket.on("message", (said) => {
    for (const one of room) one.send(said, { binary: false })
  })
})
