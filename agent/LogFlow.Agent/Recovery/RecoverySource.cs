namespace LogFlow.Agent;

/// <summary>
/// A file that may hold bytes of an incarnation: the file itself, or a copy that rotation made of it.
/// </summary>
/// <param name="State">The incarnation.</param>
/// <param name="Path">Where the bytes are now.</param>
/// <param name="File">Open; closed by whoever asked for the source.</param>
/// <param name="Options">Its input's settings.</param>
/// <param name="Encoding">What its bytes are.</param>
/// <param name="Framer">What ends its lines.</param>
/// <param name="Encoder">Makes its events.</param>
internal sealed record RecoverySource(
    FileState State,
    string Path,
    ILogFile File,
    InputOptions Options,
    LineEncoding Encoding,
    LineFramer Framer,
    EventEncoder Encoder)
{
    /// <summary>A source in an open file.</summary>
    public static RecoverySource Create(FileState state, string path, ILogFile file, InputOptions options)
    {
        var encoding = options.Encoding;
        if (encoding.MarkDecides)
        {
            Span<byte> head = stackalloc byte[2];
            encoding = encoding.Resolve(head[..ContentMark.ReadFully(file, head, 0)]);
        }

        return new RecoverySource(
            state,
            path,
            file,
            options,
            encoding,
            options.Framer(encoding),
            options.Encoder(state, state.Path, encoding));
    }
}
