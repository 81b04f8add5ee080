namespace LogFlow.Agent;

/// <summary>Where an input's spool lies, and how long its lines are.</summary>
/// <param name="Folder">The folder, the input's own.</param>
/// <param name="MessageLengthMax">Bytes of a message that are kept.</param>
internal sealed record SpoolPlace(string Folder, int MessageLengthMax)
{
    /// <summary>Bytes of a line besides its message: time, sender, cursor, fields.</summary>
    public const int OverheadMax = 256 << 10;

    /// <summary>The one file that may be read now.</summary>
    public string Pattern => Path.Combine(Folder, "*" + SpoolFile.ReadableSuffix);

    /// <summary>The longest line: every byte of its message escaped.</summary>
    public int LineLengthMax => (int)Math.Min(
        int.MaxValue / 2, ((long)MessageLengthMax * JsonStringWriter.ExpansionMax) + OverheadMax);
}
