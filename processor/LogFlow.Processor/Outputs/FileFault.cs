namespace LogFlow.Processor;

/// <summary>Whose fault it is that a file cannot be written.</summary>
internal enum FileFault
{
    /// <summary>The path itself, which an event chose: too long, through a file, a folder, a loop, not
    /// permitted.</summary>
    Path,

    /// <summary>The disk or the machine: full, read-only, broken, out of descriptors. It concerns every
    /// event.</summary>
    Output,
}
