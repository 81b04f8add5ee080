using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// As much of Redis's protocol (RESP 2) as pushing events takes: commands are lists of bulk strings, answers are
/// <c>+text</c>, <c>-error</c>, <c>:number</c> or a bulk string.
/// </summary>
internal sealed class RedisConnection(Stream stream) : IAsyncDisposable
{
    private const int LineLengthMax = 64 * 1024;

    private readonly byte[] _buffer = new byte[4096];
    private int _read;
    private int _filled;

    /// <summary>Connects, authenticates, selects the database.</summary>
    /// <exception cref="IOException">It cannot, or the server refuses.</exception>
    public static async Task<RedisConnection> OpenAsync(
        HostAndPort host, RedisOutputConfig config, TlsClient? tls, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host.Host, host.Port, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Stream stream = new NetworkStream(socket, ownsSocket: true);
        stream = tls is null ? stream : await tls.ConnectAsync(stream, host.Host, cancellationToken);
        var connection = new RedisConnection(stream);
        try
        {
            await connection.GreetAsync(config, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Appends the beginning of a command of so many parts.</summary>
    public static void BeginCommand(ArrayBufferWriter<byte> destination, int parts) =>
        destination.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{parts}\r\n")));

    /// <summary>Appends a part of a command.</summary>
    public static void AddPart(ArrayBufferWriter<byte> destination, ReadOnlySpan<byte> part)
    {
        destination.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${part.Length}\r\n")));
        destination.Write(part);
        destination.Write("\r\n"u8);
    }

    /// <summary>Sends commands and reads as many answers.</summary>
    /// <exception cref="IOException">An answer is an error, or the connection failed.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> commands, int count, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(commands, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        string? error = null;
        for (var answer = 0; answer < count; answer++)
        {
            error ??= await ReadAnswerAsync(cancellationToken);
        }

        if (error is not null)
        {
            throw new IOException($"the server answers: {error}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task GreetAsync(RedisOutputConfig config, CancellationToken cancellationToken)
    {
        var commands = new ArrayBufferWriter<byte>();
        var count = 0;
        if (config.Password.Length > 0)
        {
            string[] parts = config.Username.Length > 0
                ? ["AUTH", config.Username, config.Password]
                : ["AUTH", config.Password];
            Add(commands, parts);
            count++;
        }

        Add(commands, "SELECT", config.Database.ToString(CultureInfo.InvariantCulture));
        await SendAsync(commands.WrittenMemory, count + 1, cancellationToken);
    }

    private static void Add(ArrayBufferWriter<byte> commands, params string[] parts)
    {
        BeginCommand(commands, parts.Length);
        foreach (var part in parts)
        {
            AddPart(commands, Encoding.UTF8.GetBytes(part));
        }
    }

    /// <summary>The error; null where it is none.</summary>
    private async Task<string?> ReadAnswerAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        return line is ['+' or ':', ..] ? null
            : line is ['-', .. var error] ? error
            : throw new IOException("the server does not speak Redis's protocol");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_read == _filled)
            {
                _read = 0;
                _filled = await stream.ReadAsync(_buffer, cancellationToken);
                if (_filled == 0)
                {
                    throw new IOException("the server closed the connection");
                }
            }

            var letter = (char)_buffer[_read++];
            if (letter == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(letter);
            if (line.Length > LineLengthMax)
            {
                throw new IOException("the server does not speak Redis's protocol");
            }
        }
    }
}
