using System.Diagnostics;

namespace LogFlow.Testing;

/// <summary>A file system of a few megabytes, in memory, for tests that fill it. Needs root on Linux.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory _mountPoint = new();

    private SmallDisk()
    {
    }

    /// <summary>Where it is.</summary>
    public string Path => _mountPoint.Path;

    /// <summary>Mounts one.</summary>
    /// <exception cref="InvalidOperationException">The system does not let it; the message says why.</exception>
    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path);
        return disk;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Lazily: a process that was killed may not have let go of its files yet.
        Run("umount", "-l", Path);
        _mountPoint.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
        }
    }
}
