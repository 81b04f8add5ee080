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

    /// <summary>Creates a folder, and those above it, where they are missing.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent)
            {
                CreateDirectory(parent);
            }

            Directory.CreateDirectory(path, FolderMode);
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
