namespace LogFlow.Platform;

/// <summary>What a directory entry is.</summary>
public enum FileKind
{
    /// <summary>Socket, device, pipe: nothing that can be read like a file.</summary>
    Other,

    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link (only where links are not followed).</summary>
    SymbolicLink,
}
