using System.Runtime.Versioning;

namespace LogFlow.Platform;

/// <summary>
/// Who may read what LogFlow keeps. An agent that runs as root publishes logs that only root may read; what comes of
/// them (segments, dead letters, the store) must not be open to everybody. Folders are 0750 and files 0640, as in
/// Elasticsearch's packages; secrets are 0600. Nothing here does anything on Windows, where folders inherit their ACL.
/// </summary>
public static class PrivateFiles
{
    private const int UmaskGroupWriteAndOthers = 0x17; // 0027

    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const UnixFileMode FolderModeOfSecrets =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode FileModeOfAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private const UnixFileMode FileModeOfSecrets = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.GroupWrite;

    /// <summary>
    /// From now on this process creates nothing that others can read (umask 0027, or what is stricter already).
    /// </summary>
    public static void Restrict()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            var before = LibC.Umask(UmaskGroupWriteAndOthers);
            _ = LibC.Umask(before | UmaskGroupWriteAndOthers);
        }
    }

    /// <summary>
    /// Creates a folder, and those above it, where they are missing. The names of those that it creates are durable
    /// when it returns: a power cut takes no folder away that holds what was acknowledged.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="isSecret">Its owner's alone; those above it are as others.</param>
    public static void CreateDirectory(string path, bool isSecret = false)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, isSecret ? FolderModeOfSecrets : FolderMode);
        if (parent is not null)
        {
            DurableFile.SyncDirectory(parent);
        }
    }

    /// <summary>
    /// Makes a folder's own name durable, which a process that was killed may have left undone. Where the folder above
    /// may not be read, somebody else has made this one.
    /// </summary>
    public static void SyncName(string directory)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(directory)) is { } parent)
            {
                DurableFile.SyncDirectory(parent);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Not ours: nothing of it was made by us.
        }
    }

    /// <summary>Opens a file whose mode, where this creates it, is for its owner (and group, unless secret).</summary>
    public static FileStream Open(
        string path, FileMode mode, FileAccess access, FileShare share = FileShare.None, bool isSecret = false)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate))
        {
            options.UnixCreateMode = isSecret ? FileModeOfSecrets : FileModeOfAll;
        }

        return new FileStream(path, options);
    }

    /// <summary>Whether a folder that somebody made is open to others; false where it is not there.</summary>
    public static bool IsOpenToOthers(string directory) =>
        !OperatingSystem.IsWindows() && Directory.Exists(directory) && IsWide(directory);

    [UnsupportedOSPlatform("windows")]
    private static bool IsWide(string directory) => (File.GetUnixFileMode(directory) & Others) != 0;
}
