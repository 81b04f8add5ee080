using System.Globalization;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Tells a file that is gone from one whose volume is.</summary>
internal static class Volumes
{
    private const string MountInfo = "/proc/self/mountinfo";

    /// <summary>
    /// Whether a file is missing because its volume is: then the nearest folder that is there lies on another device,
    /// and no volume of its device is mounted anywhere. (A link may lead to another volume than its own.)
    /// </summary>
    public static bool IsGone(string place, ulong device)
    {
        for (var directory = Path.GetDirectoryName(place); directory is not null;
            directory = Path.GetDirectoryName(directory))
        {
            if (FileStatus.TryGet(directory, followSymlinks: true, out var status, out var error))
            {
                return status.Device != device && !IsMounted(device);
            }

            if (error is not (0 or 2 or 20))
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>A line of mountinfo: id, parent, major:minor, ...</summary>
    private static bool IsMounted(ulong device)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(MountInfo))
        {
            return false;
        }

        var number = string.Create(CultureInfo.InvariantCulture, $"{device >> 32}:{device & uint.MaxValue}");
        foreach (var line in File.ReadLines(MountInfo))
        {
            var fields = line.Split(' ', 4);
            if (fields.Length > 3 && fields[2] == number)
            {
                return true;
            }
        }

        return false;
    }
}
