using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LogFlow.Benchmarks;

/// <summary>A server that reads bodies and throws them away, and answers that every document is stored: what costs the
/// least on the other side. Needs a Content-Length, like a proxy with a limit.</summary>
internal sealed class BulkSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;
    private readonly Task _accepting;

    public BulkSink(int documents)
    {
        var items = string.Join(',', Enumerable.Repeat("{\"create\":{\"status\":201}}", documents));
        var body = $"{{\"errors\":false,\"items\":[{items}]}}";
        _answer = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync()));
            }
        }
        catch (SocketException)
        {
            // Stopped; connections end with their clients.
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[256 * 1024];
            while (true)
            {
                var filled = 0;
                int headEnd;
                while ((headEnd = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
                    if (read == 0)
                    {
                        return;
                    }

                    filled += read;
                }

                var left = LengthOf(buffer.AsSpan(0, headEnd)) - (filled - headEnd - 4);
                while (left > 0)
                {
                    left -= await socket.ReceiveAsync(buffer);
                }

                await socket.SendAsync(_answer);
            }
        }
    }

    private static long LengthOf(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            throw new InvalidDataException("the request says no length");
        }

        var digits = head[(at + 16)..];
        var end = digits.IndexOf("\r\n"u8);
        return long.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }
}
