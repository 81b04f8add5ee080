using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>The limits that keep one client, or many, from taking the queue down.</summary>
internal sealed record SocketServerOptions
{
    /// <summary>The configuration key that changes the port, for the message when it is taken.</summary>
    public string PortKey { get; init; } = "listeners";

    /// <summary>The largest request taken; a frame that announces more ends its connection.</summary>
    public int FrameBytesMax { get; init; } = 104_857_600;

    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>What changes <see cref="ConnectionsMax"/>, for the message of a refusal.</summary>
    public string ConnectionsKey { get; init; } = "max.connections";

    /// <summary>Whether the log needs the descriptor that a new connection would take.</summary>
    public Func<bool> IsShortOfDescriptors { get; init; } = static () => false;

    /// <summary>
    /// Connections that may be in the middle of a handshake or login; one more cuts the oldest of them.
    /// </summary>
    public int LoginsMax { get; init; } = 1_000;

    /// <summary>
    /// How long a handshake and a login may take. Kafka has no such limit but connections.max.idle.ms; its clients give
    /// a connection up after 10 to 30 s.
    /// </summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Requests of one connection that may be under way at once; beyond it the socket is not read.</summary>
    public int RequestsInFlightMax { get; init; } = 64;

    /// <summary>Bytes of requests that all connections together may hold.</summary>
    public long RequestBytesMax { get; init; } = 64 << 20;

    /// <summary>Bytes of pieces of files that are being sent, of all connections together.</summary>
    public long SendBytesMax { get; init; } = 64 << 20;

    /// <summary>
    /// How <see cref="RequestBytesMax"/> is divided: an eighth is kept for small requests, no connection takes more
    /// than a quarter, and one frame at a time may exceed its share, up to the largest there may be.
    /// </summary>
    public ByteBudgetOptions RequestBudget
    {
        get
        {
            var reserve = Math.Min(8 << 20, RequestBytesMax / 8);
            return new ByteBudgetOptions
            {
                BytesMax = RequestBytesMax,
                ReserveBytes = reserve,
                SmallBytesMax = Math.Min(64 << 10, reserve),
                ShareBytesMax = Math.Max(1, RequestBytesMax / 4),
                OverdraftBytesMax = Math.Max(FrameBytesMax, RequestBytesMax),
            };
        }
    }

    /// <summary>Receive buffers kept for reuse.</summary>
    public long PooledBytesMax { get; init; } = 32 << 20;

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A peer that has begun a frame, or has an answer to take, and moves no byte for so long is cut off: it holds
    /// memory that others wait for. Kafka has no such limit; 30 s is its clients' own request timeout.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A frame must come at least this fast on the whole, beyond <see cref="StallTimeout"/>: a peer that sends a byte
    /// now and then would else hold for ever what others wait for.
    /// </summary>
    public int FrameBytesPerSecondMin { get; init; } = 16 << 10;

    /// <summary>How long a frame of that many bytes may take.</summary>
    public TimeSpan FrameTimeout(int frameBytes) =>
        StallTimeout + TimeSpan.FromSeconds((double)frameBytes / FrameBytesPerSecondMin);
}
