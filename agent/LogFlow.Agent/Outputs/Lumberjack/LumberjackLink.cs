using System.Net.Sockets;
using LogFlow.Bulk;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// One connection at a time to one of the servers, made when there is something to send, made anew to the next server
/// when it fails. What was not acknowledged is sent again, in order.
/// </summary>
internal sealed class LumberjackLink(
    LogstashOutputConfig config, IReadOnlyList<HostAndPort> hosts, int firstHost, LumberjackFrames frames,
    OutputTrouble trouble, TimeProvider time)
{
    private readonly LumberjackPace _pace = new(config);
    private readonly BackoffPolicy _backoff = new(config.BackoffInit, config.BackoffMax);
    private readonly TlsClient? _tls = config.Ssl?.CreateClient();
    private int _host = firstHost;

    /// <summary>What goes over it.</summary>
    public LumberjackQueue Queue { get; } = new(trouble, time);

    /// <summary>Runs until the agent stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var failures = 0; ;)
            {
                while (Queue.IsEmpty)
                {
                    await Queue.WaitAsync(cancellationToken);
                }

                var progress = Queue.Progress;
                if (await TryRunSessionAsync(cancellationToken))
                {
                    failures = 0;
                    continue;
                }

                failures = Queue.Progress > progress ? 1 : failures + 1;
                await Task.Delay(_backoff.GetDelay(failures), time, cancellationToken);
            }
        }
        finally
        {
            Queue.CancelAll();
        }
    }

    /// <summary>Returns when some server was reached.</summary>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            var host = Host();
            try
            {
                await using var stream = await ConnectAsync(host, cancellationToken);
                trouble.Over();
                return;
            }
            catch (Exception error) when (IsFailure(error, cancellationToken))
            {
                Fail(host, error);
            }

            await Task.Delay(_backoff.GetDelay(failures), time, cancellationToken);
        }
    }

    private static bool IsFailure(Exception error, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && error is IOException or SocketException or OperationCanceledException;

    private HostAndPort Host() => hosts[(int)((uint)_host % (uint)hosts.Count)];

    /// <summary>False where the connection failed and it is better to wait.</summary>
    private async Task<bool> TryRunSessionAsync(CancellationToken cancellationToken)
    {
        var host = Host();
        try
        {
            await using var stream = await ConnectAsync(host, cancellationToken);
            await new LumberjackSession(stream, Queue, frames, _pace, time)
                .RunAsync(config.Timeout, config.Ttl, cancellationToken);

            // Its time is over: the next host, so that connections spread.
            _host++;
            return true;
        }
        catch (Exception error) when (IsFailure(error, cancellationToken))
        {
            if (Queue.IsEmpty)
            {
                // A server may close what nobody uses.
                return true;
            }

            Fail(host, error);
            return false;
        }
    }

    private void Fail(HostAndPort host, Exception error)
    {
        trouble.Failed($"{host}: {(error is OperationCanceledException ? "no answer" : error.Message)}");
        _pace.Failed();
        _host++;
    }

    private async Task<Stream> ConnectAsync(HostAndPort host, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(config.Timeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host.Host, host.Port, limit.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        return _tls is null ? stream : await _tls.ConnectAsync(stream, host.Host, limit.Token);
    }
}
