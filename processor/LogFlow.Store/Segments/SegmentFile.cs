namespace LogFlow.Store;

/// <summary>Names and constants of segment files: <c>days/2025-11-20/000000000000002a-000.seg</c>.</summary>
internal static class SegmentFile
{
    public const string Extension = ".seg";
    public const string TemporaryExtension = ".seg.tmp";

    /// <summary>
    /// Given to a file whose footer cannot be read: it is kept for inspection and never opened again.
    /// </summary>
    public const string CorruptExtension = ".seg.corrupt";

    /// <summary>u32 footer length · u32 footer CRC-32C · 8 bytes <see cref="EndMark"/>.</summary>
    public const int TrailerLength = 16;

    public static ReadOnlySpan<byte> BeginMark => "LFSEG01\n"u8;

    /// <summary>Before a segment's <see cref="SegmentHead"/>.</summary>
    public static ReadOnlySpan<byte> HeadMark => "LFSEGHDR"u8;

    public static ReadOnlySpan<byte> EndMark => "LFSEGEND"u8;

    public static string Name(long commitId, int ordinal) => $"{commitId:x16}-{ordinal:000}{Extension}";

    public static bool TryParseCommit(string fileName, out long commitId)
    {
        commitId = 0;
        return fileName.Length > 17 && fileName[16] == '-'
            && long.TryParse(fileName.AsSpan(0, 16), System.Globalization.NumberStyles.AllowHexSpecifier,
                System.Globalization.CultureInfo.InvariantCulture, out commitId);
    }

    public static string DayName(long day)
    {
        var (year, month, dayOfMonth) = TimeText.CivilFromDays(day);
        return $"{year:0000}-{month:00}-{dayOfMonth:00}";
    }

    public static bool TryParseDay(string folderName, out long day)
    {
        day = 0;
        if (!DateOnly.TryParseExact(folderName, "yyyy-MM-dd", out var date))
        {
            return false;
        }

        day = TimeText.DaysFromCivil(date.Year, date.Month, date.Day);
        return true;
    }
}
