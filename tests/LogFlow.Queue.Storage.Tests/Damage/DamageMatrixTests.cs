using Xunit.Abstractions;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// One file damaged in one way, once: nothing acknowledged vanishes without an error line, no offset is given twice, no
/// name is taken, and nothing cries without need. Every file of the folder, every damage, a clean stop and a kill.
/// </summary>
public sealed class DamageMatrixTests(ITestOutputHelper output)
{
    public static TheoryData<DamageKind, bool> Cells
    {
        get
        {
            var cells = new TheoryData<DamageKind, bool>();
            foreach (var kind in Enum.GetValues<DamageKind>())
            {
                cells.Add(kind, true);
                cells.Add(kind, false);
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task OneFile_Damaged_NothingVanishesQuietly(DamageKind kind, bool stopsCleanly)
    {
        var script = await DamageScript.RunAsync(stopsCleanly);
        var wrong = new List<string>();
        var count = 0;
        foreach (var path in script.Last.Files.Keys.Order(StringComparer.Ordinal))
        {
            var files = script.Last.Kill();
            if (!TryDamage(files, script.First, path, kind))
            {
                continue;
            }

            count++;
            foreach (var problem in await new DamageProbe(script, !stopsCleanly).RunAsync(files))
            {
                wrong.Add($"{path}: {problem}");
            }
        }

        output.WriteLine($"{count} cells, {wrong.Count} wrong");
        Assert.True(count > 5);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static bool TryDamage(MemoryFileSystem files, MemoryFileSystem first, string path, DamageKind kind)
    {
        var file = files.Files[path];
        var content = file.Content;
        var end = content.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        switch (kind)
        {
            case DamageKind.Deleted:
                files.DeleteFile(path);
                return true;
            case DamageKind.OlderCopy:
                if (!first.Files.TryGetValue(path, out var older) || older.Content.AsSpan().SequenceEqual(content))
                {
                    return false;
                }

                file.Content = older.Content;
                return true;
            case DamageKind.Zeros:
                file.Content = new byte[content.Length];
                return end > 0;
            case DamageKind.FlippedFirst or DamageKind.FlippedMiddle or DamageKind.FlippedLast:
                var at = kind == DamageKind.FlippedFirst ? 0
                    : kind == DamageKind.FlippedMiddle ? end / 2
                    : Math.Max(0, end - 40);
                if (end == 0)
                {
                    return false;
                }

                content[at] ^= 0x10;
                file.Content = content;
                return true;
            default:
                var length = kind switch
                {
                    DamageKind.CutToZero => 0,
                    DamageKind.CutToOne => 1,
                    DamageKind.CutInMagic => 3,
                    DamageKind.CutInHalf => end / 2,
                    _ => end - 1,
                };
                if (length < 0 || length >= content.Length)
                {
                    return false;
                }

                file.Content = content[..length];
                return true;
        }
    }
}
