using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Agent.Tests;

/// <summary>As much of Redis as an agent's output uses: AUTH, SELECT, RPUSH, PUBLISH; faults on demand.</summary>
internal sealed class FakeRedisServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly BackgroundWork _work = new();

    public FakeRedisServer()
    {
        _listener.Start();
        _work.Start("accepting", AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Commands without the pushed values.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Values in the order of their arrival, by key.</summary>
    public ConcurrentDictionary<string, List<string>> Lists { get; } = new();

    /// <summary>Told the number of a push, from 1: an error to answer with; "" closes the connection; null: it works.
    /// </summary>
    public Func<int, string?>? OnPush { get; set; }

    private int _pushes;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _work.DisposeAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(stopping);
            }
            catch (SocketException)
            {
                return;
            }

            _work.Start("a connection", token => ServeAsync(client, token));
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await ReadCommandAsync(stream, stopping) is { } command)
                {
                    if (Answer(command) is not { Length: > 0 } answer)
                    {
                        return;
                    }

                    await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), stopping);
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The agent went, or the test is over.
            }
        }
    }

    private string Answer(List<string> command)
    {
        if (command[0] is not ("RPUSH" or "PUBLISH"))
        {
            Commands.Enqueue(string.Join(' ', command));
            return "+OK\r\n";
        }

        Commands.Enqueue($"{command[0]} {command[1]}");
        var fault = OnPush?.Invoke(Interlocked.Increment(ref _pushes));
        if (fault is not null)
        {
            return fault.Length > 0 ? $"-{fault}\r\n" : "";
        }

        var list = Lists.GetOrAdd(command[1], static _ => []);
        lock (list)
        {
            list.AddRange(command.Skip(2));
        }

        return $":{list.Count}\r\n";
    }

    private static async Task<List<string>?> ReadCommandAsync(NetworkStream stream, CancellationToken stopping)
    {
        if (await ReadLineAsync(stream, stopping) is not { } line)
        {
            return null;
        }

        Assert.Equal('*', line[0]);
        var parts = new List<string>();
        for (var count = int.Parse(line[1..], CultureInfo.InvariantCulture); count > 0; count--)
        {
            var length = (await ReadLineAsync(stream, stopping))!;
            Assert.Equal('$', length[0]);
            var bytes = new byte[int.Parse(length[1..], CultureInfo.InvariantCulture) + 2];
            await stream.ReadExactlyAsync(bytes, stopping);
            parts.Add(Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.Length - 2)));
        }

        return parts;
    }

    private static async Task<string?> ReadLineAsync(NetworkStream stream, CancellationToken stopping)
    {
        var line = new StringBuilder();
        var letter = new byte[1];
        while (await stream.ReadAsync(letter, stopping) == 1)
        {
            if (letter[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)letter[0]);
        }

        return null;
    }
}
