using System.Globalization;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// One file of a spool. Its name is its number and whether it may be read: <c>N.spool</c>, or <c>N.wait</c> where the
/// file before it is not acknowledged yet.
/// </summary>
internal sealed class SpoolFile(string folder, long number)
{
    public const string ReadableSuffix = ".spool";

    private const string WaitingSuffix = ".wait";

    /// <summary>Numbers rise for ever: no two files of a spool have the same name.</summary>
    public long Number { get; } = number;

    /// <summary>Bytes of whole lines.</summary>
    public long Length { get; set; }

    /// <summary>Whether inputs may read it.</summary>
    public bool IsReadable { get; private set; }

    /// <summary>Nothing more is written to it.</summary>
    public bool IsSealed { get; set; }

    /// <summary>By what the file system knows it.</summary>
    public FileIdentity Identity { get; set; }

    /// <summary>Where it lies.</summary>
    public string Path => System.IO.Path.Combine(
        folder,
        Number.ToString("D20", CultureInfo.InvariantCulture) + (IsReadable ? ReadableSuffix : WaitingSuffix));

    /// <summary>The files of a folder, oldest first.</summary>
    public static List<SpoolFile> Find(string folder)
    {
        var files = new List<SpoolFile>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var suffix = System.IO.Path.GetExtension(path);
            var name = System.IO.Path.GetFileNameWithoutExtension(path);
            if (suffix is ReadableSuffix or WaitingSuffix
                && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && name.Length == 20)
            {
                files.Add(new SpoolFile(folder, number)
                {
                    IsReadable = suffix == ReadableSuffix,
                    IsSealed = true,
                    Length = new FileInfo(path).Length,
                });
            }
        }

        files.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        return files;
    }

    /// <summary>Lets it be read; it is the oldest.</summary>
    public void MakeReadable()
    {
        if (!IsReadable)
        {
            var before = Path;
            IsReadable = true;
            if (File.Exists(before))
            {
                File.Move(before, Path);
            }
        }

        if (FileStatus.TryGet(Path, followSymlinks: false, out var status, out _))
        {
            Identity = FileIdentity.Of(status);
        }
    }

    /// <summary>
    /// Takes a line without end away, which a kill or a power cut left, and tells how many bytes that was.
    /// </summary>
    public long CutTornEnd()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var whole = EndOfLastLine(file);
        var torn = file.Length - whole;
        if (torn > 0)
        {
            file.SetLength(whole);
        }

        Length = whole;
        return torn;
    }

    /// <summary>Its last lines, the last one first.</summary>
    public IEnumerable<byte[]> LastLines()
    {
        // A spool's file has a bounded length, and this is asked for once, at a start.
        var content = File.ReadAllBytes(Path);
        var end = content.AsSpan().LastIndexOf((byte)'\n');
        while (end >= 0)
        {
            var before = content.AsSpan(0, end).LastIndexOf((byte)'\n');
            yield return content[(before + 1)..end];
            end = before;
        }
    }

    private static long EndOfLastLine(FileStream file)
    {
        var buffer = new byte[64 << 10];
        for (var end = file.Length; end > 0;)
        {
            var from = Math.Max(0, end - buffer.Length);
            file.Position = from;
            var read = file.ReadAtLeast(buffer.AsSpan(0, (int)(end - from)), (int)(end - from), false);
            var found = buffer.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (found >= 0)
            {
                return from + found + 1;
            }

            end = from;
        }

        return 0;
    }
}
