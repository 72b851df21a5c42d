// A room of Socket.IO, over websockets alone.
import { createServer } from "node:http"
import { createRequire } from "node:module"

const { Server } = createRequire(`${process.argv[2]}/`)("socket.io")
const http = createServer()
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, pingInterval: 600_000 })

io.on("connection", (socket) => {
  const room = socket.handshake.query.room
  socket.join(room)
  socket.on("say", (said) => io.to(room).emit("said", said))
})
http.listen(0, "127.0.0.1", () => console.log(`ready http://127.0.0.1:${http.address().port}`))
