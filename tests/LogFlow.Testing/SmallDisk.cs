using System.Diagnostics;
using System.Globalization;

namespace LogFlow.Testing;

/// <summary>
/// A small file system of a test's own: in memory (tmpfs), or ext4 on an image file behind a loop device. Needs root;
/// unmounted at the end.
/// </summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly string? _image;

    private SmallDisk(string? image, string[] mount)
    {
        _image = image;
        Directory.CreateDirectory(Path);
        Run("mount", [.. mount, Path]);
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.File("mount");

    /// <summary>An empty disk in memory.</summary>
    public static SmallDisk InMemory(int megabytes) =>
        new(null, ["-t", "tmpfs", "-o", $"size={megabytes.ToString(CultureInfo.InvariantCulture)}m", "tmpfs"]);

    /// <summary>An empty ext4 on a new image file.</summary>
    public static SmallDisk OnImage(string image, int megabytes)
    {
        using (var file = new FileStream(image, FileMode.Create))
        {
            file.SetLength((long)megabytes << 20);
        }

        Run("mkfs.ext4", ["-q", "-F", image]);
        return MountImage(image);
    }

    /// <summary>
    /// What is on an image file; mounting replays the journal, as a start after a power cut does. The kernel commits
    /// nothing on its own for ten minutes, so that only what a program synced is in the image.
    /// </summary>
    public static SmallDisk MountImage(string image) => new(image, ["-o", "loop,commit=600", image]);

    /// <summary>
    /// What the disk holds if the power is cut now: a copy of the image. What was not synced is in the kernel's memory
    /// and not in it. Whoever writes must stand still (SIGSTOP), or the copy is torn as no disk is.
    /// </summary>
    public void CopyTo(string image) => File.Copy(_image!, image, overwrite: true);

    /// <summary>Why such disks cannot be made here; null where they can.</summary>
    public static string? WhyImpossible(bool isImage)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "mounting needs root on Linux";
        }

        try
        {
            using var folder = new TempDirectory();
            using var disk = isImage ? OnImage(folder.File("disk.img"), 16) : InMemory(1);
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"a small disk cannot be mounted here ({error.Message.Trim()})";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Run("umount", ["-l", Path]);
        _folder.Dispose();
    }

    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
        }
    }
}
