using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>Where a path leads to when all links in it are followed.</summary>
public static class LinkTarget
{
    /// <summary>The path without links, or null where nothing is there.</summary>
    public static unsafe string? Resolve(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        }

        var resolved = LibC.RealPath(path, 0);
        if (resolved == 0)
        {
            return null;
        }

        try
        {
            return RawPath.Decode(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)resolved));
        }
        finally
        {
            LibC.Free(resolved);
        }
    }
}
