using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// A log file that is open for reading: all that the agent asks of one. Tests put files behind this seam that answer
/// EIO or ESTALE; a compressed log is another kind of it.
/// </summary>
internal interface ILogFile : IDisposable
{
    /// <summary>It is compressed: positions are those of its content, and it does not grow.</summary>
    bool IsCompressed { get; }

    /// <summary>What the file system says of it now.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    FileStatus GetStatus();

    /// <summary>How many bytes its content has now.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    long GetLength();

    /// <summary>Reads content at a position. Fewer bytes than asked for, 0 at the end.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    int Read(Span<byte> buffer, long position);

    /// <summary>False where it is certain that nobody has it open for writing.</summary>
    bool MayHaveWriters();
}
