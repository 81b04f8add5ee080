using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace LogFlow.Agent;

/// <summary>
/// One connection while it lasts: sends windows as far as the server may be ahead, and takes its acknowledgements
/// (<c>'2' 'A' sequence u32</c>) in the order of the windows. A partial one counts; one of 0 says that the server is
/// alive.
/// </summary>
internal sealed class LumberjackSession(
    Stream stream, LumberjackQueue queue, LumberjackFrames frames, LumberjackPace pace, TimeProvider time)
{
    private const int AckLength = 6;
    private const int BufferLength = 64 * 1024;
    private const int BufferKeptMax = 1 << 20;

    /// <summary>Guards the windows and <see cref="_heardAt"/>.</summary>
    private readonly Lock _lock = new();
    private readonly Queue<LumberjackWindow> _windows = new();
    private readonly long _startedAt = time.GetTimestamp();
    private long _heardAt;

    private int OpenWindows
    {
        get
        {
            lock (_lock)
            {
                return _windows.Count;
            }
        }
    }

    /// <summary>Runs until the connection fails, its time is over, or the agent stops.</summary>
    /// <exception cref="IOException">The connection failed.</exception>
    public async Task RunAsync(TimeSpan timeout, TimeSpan ttl, CancellationToken cancellationToken)
    {
        queue.BeginAnew();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] parts =
        [
            ReadAsync(ending.Token), WriteAsync(ttl, ending.Token), WatchAsync(timeout, ending.Token),
        ];
        var first = await Task.WhenAny(parts);
        await ending.CancelAsync();

        // The others end by the cancellation; what counts is why the first did.
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task WriteAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(BufferLength);
        while (true)
        {
            var isOld = ttl > TimeSpan.Zero && time.GetElapsedTime(_startedAt) > ttl;
            if (isOld && OpenWindows == 0)
            {
                return;
            }

            if (!isOld && OpenWindows < pace.WindowsMax && queue.TryTake(pace.EventsMax) is { } window)
            {
                // Built before it is waited for: once it is acknowledged its bytes may be somebody else's.
                frames.Write(buffer, window.Batch.Events(window.First, window.Count));
                Await(window);
                await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
                await stream.FlushAsync(cancellationToken);
                buffer = buffer.Capacity > BufferKeptMax ? new ArrayBufferWriter<byte>(BufferLength) : buffer;
                buffer.ResetWrittenCount();
            }
            else
            {
                await queue.WaitAsync(cancellationToken);
            }
        }
    }

    private void Await(LumberjackWindow window)
    {
        lock (_lock)
        {
            _heardAt = _windows.Count == 0 ? time.GetTimestamp() : _heardAt;
            _windows.Enqueue(window);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var ack = new byte[AckLength];
        while (true)
        {
            if (await stream.ReadAtLeastAsync(ack, AckLength, throwOnEndOfStream: false, cancellationToken) < AckLength)
            {
                throw new IOException("the server closed the connection");
            }

            if (ack[0] != LumberjackFrames.Version || ack[1] != (byte)'A')
            {
                throw new IOException($"the server answers with bytes {ack[0]:x2} {ack[1]:x2}: no Lumberjack 2");
            }

            Acknowledge(BinaryPrimitives.ReadUInt32BigEndian(ack.AsSpan(2)));
        }
    }

    private void Acknowledge(uint sequence)
    {
        LumberjackWindow window;
        lock (_lock)
        {
            _heardAt = time.GetTimestamp();
            if (sequence == 0)
            {
                return;
            }

            if (!_windows.TryPeek(out window) || sequence > window.Count)
            {
                throw new IOException($"the server acknowledges event {sequence}, which it was not sent");
            }

            if (sequence == window.Count)
            {
                _windows.Dequeue();
            }
        }

        if (sequence == window.Count)
        {
            pace.Succeeded();
        }

        queue.Acknowledge(window.Batch, window.First + (int)sequence);
    }

    /// <summary>Silence counts only while something is under way.</summary>
    private async Task WatchAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(timeout / 4, time, cancellationToken);
            lock (_lock)
            {
                if (_windows.Count > 0 && time.GetElapsedTime(_heardAt) > timeout)
                {
                    throw new IOException(string.Create(
                        CultureInfo.InvariantCulture, $"nothing was acknowledged within {timeout.TotalSeconds:0.#} s"));
                }
            }

            // A connection whose time is over is looked at also where nothing happens.
            queue.Wake();
        }
    }
}
