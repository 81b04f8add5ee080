using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>Lists directories with what .NET leaves out: names that are not UTF-8, and inodes.</summary>
public static class DirectoryList
{
    private const int KindOffset = 18;
    private const int NameOffset = 19;

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        ReturnSpecialDirectories = false,
    };

    /// <summary>All entries but "." and "..".</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be listed.</exception>
    /// <exception cref="IOException">Another reason.</exception>
    public static List<DirectoryEntry> Read(string directory) =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess ? ReadRaw(directory) : ReadPortable(directory);

    private static List<DirectoryEntry> ReadPortable(string directory) =>
    [
        .. new FileSystemEnumerable<DirectoryEntry>(
            directory,
            static (ref FileSystemEntry entry) => new DirectoryEntry(
                entry.FileName.ToString(), 0, entry.IsDirectory ? FileKind.Directory : null),
            Everything),
    ];

    /// <summary>
    /// struct dirent on 64-bit Linux: inode u64, offset i64, record length u16, kind u8, name with a zero behind it.
    /// </summary>
    private static unsafe List<DirectoryEntry> ReadRaw(string directory)
    {
        var stream = LibC.OpenDirectory(directory);
        if (stream == 0)
        {
            Throw(directory, Marshal.GetLastPInvokeError());
        }

        try
        {
            var entries = new List<DirectoryEntry>();
            while (true)
            {
                var entry = (byte*)LibC.ReadDirectory(stream);
                if (entry is null)
                {
                    var errno = Marshal.GetLastPInvokeError();
                    if (errno != 0)
                    {
                        Throw(directory, errno);
                    }

                    return entries;
                }

                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    entries.Add(new DirectoryEntry(RawPath.Decode(name), *(ulong*)entry, KindOf(entry[KindOffset])));
                }
            }
        }
        finally
        {
            _ = LibC.CloseDirectory(stream);
        }
    }

    private static FileKind? KindOf(byte kind) => kind switch
    {
        0 => null,
        4 => FileKind.Directory,
        8 => FileKind.Regular,
        10 => FileKind.SymbolicLink,
        _ => FileKind.Other,
    };

    private static void Throw(string directory, int errno)
    {
        var message = $"{RawPath.Display(directory)}: {Marshal.GetPInvokeErrorMessage(errno)}";
        throw errno switch
        {
            LibC.Enoent => new DirectoryNotFoundException(message),
            LibC.Eacces or LibC.Eperm => new UnauthorizedAccessException(message, new IOException(message, errno)),
            _ => new IOException(message, errno),
        };
    }
}
