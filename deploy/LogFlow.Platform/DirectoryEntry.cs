namespace LogFlow.Platform;

/// <summary>An entry of a directory, as listing it tells.</summary>
/// <param name="Name">Its name; bytes that are not UTF-8 as <see cref="RawPath"/> keeps them.</param>
/// <param name="Inode">Its inode; 0 where listing does not tell it.</param>
/// <param name="Kind">What it is; a link is not followed. Null where listing does not tell it.</param>
public readonly record struct DirectoryEntry(string Name, ulong Inode, FileKind? Kind);
