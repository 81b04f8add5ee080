using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LogFlow.Store.Tests;

/// <summary>A connection of its own on which a request is sent bit by bit, or not to its end.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly TcpClient _client = new();

    public static async Task<RawRequest> SendAsync(int port, string head, byte[]? body = null)
    {
        var request = new RawRequest();
        await request._client.ConnectAsync(IPAddress.Loopback, port);
        await request.WriteAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"));
        await request.WriteAsync(body ?? []);
        return request;
    }

    public async Task WriteAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    /// <summary>The status of the answer; 0: the connection was closed without one.</summary>
    public async Task<int> ReadStatusAsync()
    {
        var buffer = new byte[4096];
        var length = 0;
        try
        {
            while (length < 12)
            {
                var read = await _client.GetStream().ReadAsync(buffer.AsMemory(length));
                if (read == 0)
                {
                    return 0;
                }

                length += read;
            }
        }
        catch (IOException)
        {
            return 0;
        }

        return int.Parse(Encoding.ASCII.GetString(buffer, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Closes with a reset, as a client that dies.</summary>
    public void Abort()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose() => _client.Dispose();
}
