namespace LogFlow.Store;

/// <summary>Writes a segment anew from what can be read of it: its blocks between a new head and new footers.</summary>
internal static class SegmentRewriter
{
    /// <summary>Till the new file is whole, the old one stays.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static void Rewrite(SegmentReader segment)
    {
        var files = new StoreDisk();
        var temporary = segment.Path + ".repair";
        File.Delete(temporary);
        var footer = segment.Footer;
        var commit = new CommitInfo(footer.CommitId, footer.CreatedMs, footer.Positions, footer.Replaces);
        using (var writer = new SegmentWriter(
            files.Create(temporary), commit, footer.Ordinal, footer.SegmentCount))
        {
            foreach (var block in segment.Blocks)
            {
                Copy(block, writer);
            }

            writer.AddContents(footer.Contents);
            writer.Finish();
        }

        files.Rename(temporary, segment.Path);
        files.SyncDirectory(Path.GetDirectoryName(segment.Path)!);
    }

    /// <summary>Copies a block as it is, damaged or not: its checksums stay those of what was written.</summary>
    private static void Copy(SegmentBlock block, SegmentWriter writer)
    {
        var (pages, directory) = (new byte[block.Location.PagesLength], new byte[block.Location.DirectoryLength]);
        block.Segment.Read(pages, block.Location.Offset);
        block.Segment.Read(directory, block.Location.Offset + pages.Length);
        writer.Add(pages, directory, block.Location.DirectoryCrc, block.Summary);
    }
}
