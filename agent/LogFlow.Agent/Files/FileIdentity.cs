using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// By what the file system knows a file: device and inode, which survive a rename, and the time of birth, which tells
/// a reused inode. Content is compared besides (<see cref="ContentMark"/>): none of these is enough alone.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="Inode">The inode on it.</param>
/// <param name="BirthNs">Nanoseconds since 1970; 0: the file system does not say.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long BirthNs)
{
    /// <summary>Device and inode, under which a file is looked up.</summary>
    public (ulong Device, ulong Inode) Key => (Device, Inode);

    /// <summary>The identity in a file's status.</summary>
    public static FileIdentity Of(in FileStatus status) => new(status.Device, status.Inode, status.BirthNs);

    /// <summary>Whether births are known and differ: the inode has been given to another file.</summary>
    public bool IsOtherBirth(in FileIdentity other) => BirthNs != 0 && other.BirthNs != 0 && BirthNs != other.BirthNs;
}
