"""A server made with the official SDK: tools that answer, fail, structure, report progress and take long. `mcp_server.py stdio|http [PORT] [json]`."""

import sys

import anyio
from mcp.server.mcpserver import Context, MCPServer

server = MCPServer("peer")


@server.tool()
def order_status(order_id: str, details: bool = False) -> dict[str, str]:
    """Looks an order up."""
    return {"order_id": order_id, "status": "sent", "details": str(details)}


@server.tool()
def shout(text: str) -> str:
    """Says it louder."""
    return text.upper()


@server.tool()
def broken() -> str:
    """Always fails."""
    raise ValueError("the warehouse is on fire")


@server.tool()
async def slow(ctx: Context) -> str:
    """Tells how far it is."""
    for step in range(3):
        await ctx.report_progress(step, 3)
        await anyio.sleep(0.05)
    return "done"


if sys.argv[1] == "stdio":
    server.run()
else:
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[2]), json_response="json" in sys.argv)
