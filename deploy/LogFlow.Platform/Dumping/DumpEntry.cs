namespace LogFlow.Platform;

/// <summary>One thing that was found in a file: a batch, an entry, a footer, a run of damaged bytes.</summary>
/// <param name="Position">Where it begins, in bytes from the file's start.</param>
/// <param name="Length">How many bytes it takes.</param>
/// <param name="Kind">What it is: "batch", "intent", "block".</param>
public sealed record DumpEntry(long Position, long Length, string Kind)
{
    /// <summary>Its fields in the file's order: texts, numbers, booleans; null where a field is absent.</summary>
    public IReadOnlyList<(string Name, object? Value)> Fields { get; init; } = [];

    /// <summary>What is wrong with it; null where it is whole.</summary>
    public string? Damage { get; init; }
}
