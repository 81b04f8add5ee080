namespace LogFlow.Platform;

/// <summary>
/// Prints what is in files of one format, for people who look for what happened. It only reads, also files that a
/// running
/// service writes, and goes on behind damage as far as it can.
/// </summary>
public interface IFileDump
{
    /// <summary>The format's name: "queue segment".</summary>
    string Format { get; }

    /// <summary>Whether a file seems to be of this format.</summary>
    /// <param name="name">The file's name without its folder.</param>
    /// <param name="head">Its first bytes, 16 at most.</param>
    bool Knows(string name, ReadOnlySpan<byte> head);

    /// <summary>What is in it, in the file's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isDeep">Also what lies inside of batches and blocks.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    IEnumerable<DumpEntry> Read(string path, bool isDeep);
}
