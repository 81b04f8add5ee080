using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Looks for a file that lost its name: by its inode, among its neighbours.</summary>
internal static class MovedFileFinder
{
    /// <summary>
    /// Neighbours looked at: rotation leaves a handful, and a folder of thousands is not searched each time.
    /// </summary>
    private const int NeighboursMax = 2000;

    /// <summary>The file's new place in the same folder, or null.</summary>
    public static ScannedFile? Find(string path, FileIdentity identity)
    {
        var directory = Path.GetDirectoryName(path);
        if (directory is null || !Directory.Exists(directory))
        {
            return null;
        }

        try
        {
            var looked = 0;
            foreach (var neighbour in Directory.EnumerateFiles(directory))
            {
                if (FileStatus.TryGet(neighbour, followSymlinks: false, out var status, out _)
                    && status.Kind == FileKind.Regular
                    && FileIdentity.Of(status) is var found
                    && found.Key == identity.Key
                    && !found.IsOtherBirth(identity))
                {
                    return new ScannedFile(neighbour, status);
                }

                if (++looked == NeighboursMax)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not to be seen at present; the scan has said so.
        }

        return null;
    }

    /// <summary>
    /// Whether the file is missing because its volume is: then the nearest folder that is there lies on another device.
    /// </summary>
    public static bool IsVolumeGone(string path, ulong device)
    {
        for (var directory = Path.GetDirectoryName(path); directory is not null;
            directory = Path.GetDirectoryName(directory))
        {
            if (FileStatus.TryGet(directory, followSymlinks: true, out var status, out var error))
            {
                return status.Device != device;
            }

            if (error is not (0 or 2 or 20))
            {
                return true;
            }
        }

        return true;
    }
}
