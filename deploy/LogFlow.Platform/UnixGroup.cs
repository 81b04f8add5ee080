using System.Globalization;
using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>Groups of this machine.</summary>
public static class UnixGroup
{
    /// <summary>Leaves the owner as it is.</summary>
    private const uint Unchanged = uint.MaxValue;

    /// <summary>A group's number by its name in /etc/group; null where it is not there.</summary>
    /// <exception cref="IOException">/etc/group cannot be read.</exception>
    public static uint? Find(string name)
    {
        foreach (var line in File.ReadLines("/etc/group"))
        {
            if (line.Split(':') is [var group, _, var number, ..] && group == name
                && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Gives a file to a group.</summary>
    /// <exception cref="IOException">It may not be given.</exception>
    public static void Give(string path, uint group)
    {
        if (LibC.ChangeOwner(path, Unchanged, group) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new IOException(
                $"it cannot be given to group {group}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }
}
