namespace LogFlow.Platform;

/// <summary>What happened in a watched directory.</summary>
/// <param name="Directory">The watched directory; empty where <see cref="Overflowed"/>.</param>
/// <param name="Name">The entry's name; empty when it concerns the directory itself.</param>
/// <param name="Kind">What happened.</param>
public readonly record struct DirectoryChange(string Directory, string Name, DirectoryChangeKind Kind)
{
    /// <summary>Changes were lost because they came faster than they were read: look at everything.</summary>
    public bool Overflowed => Kind == DirectoryChangeKind.Overflow;
}

/// <summary>Kinds of <see cref="DirectoryChange"/>.</summary>
public enum DirectoryChangeKind
{
    /// <summary>A file was written to or truncated.</summary>
    Modified,

    /// <summary>A file was made, or got this name.</summary>
    Appeared,

    /// <summary>A file was removed, or lost this name.</summary>
    Vanished,

    /// <summary>An entry changed its permissions, or the directory itself went.</summary>
    Entries,

    /// <summary>Changes were lost.</summary>
    Overflow,
}
