using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// A log file that is open for reading: all that the agent asks of one. Tests put files behind this seam that answer
/// EIO or ESTALE; what is stored in another form (compressed) can be another kind of it.
/// </summary>
internal interface ILogFile : IDisposable
{
    /// <summary>What the file system says of it now.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    FileStatus GetStatus();

    /// <summary>How many bytes it has now.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    long GetLength();

    /// <summary>Reads at a position. Fewer bytes than asked for, 0 at the end.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    int Read(Span<byte> buffer, long position);
}
