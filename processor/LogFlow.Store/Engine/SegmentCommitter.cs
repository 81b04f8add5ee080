namespace LogFlow.Store;

/// <summary>
/// Makes the segments of one commit durable together, without a journal. The protocol:
/// <list type="number">
/// <item>Write every segment under a temporary name and sync its data.</item>
/// <item>Where there are several: sync their folders, so that all temporary names survive.</item>
/// <item>Rename them. The first rename that survives a crash is the commit: recovery finds one final name with this
/// commit's id and renames the rest. Where none survives, recovery deletes the temporary files.</item>
/// <item>Sync the folders. Only now is the commit reported.</item>
/// </list>
/// </summary>
internal sealed class SegmentCommitter(string directory, IStoreFileSystem files)
{
    private readonly string _days = Path.Combine(directory, "days");

    /// <summary>Step 1 and 2. On failure nothing remains but temporary files, which are deleted.</summary>
    public PreparedCommit Prepare(CommitInfo commit, IReadOnlyList<(long Day, Action<SegmentWriter> Write)> segments)
    {
        var prepared = new PreparedCommit(commit);
        try
        {
            for (var i = 0; i < segments.Count; i++)
            {
                var day = segments[i].Day;
                var folder = EnsureFolder(day);
                var path = Path.Combine(folder, SegmentFile.Name(commit.CommitId, i));
                var temporary = Path.ChangeExtension(path, SegmentFile.TemporaryExtension);
                prepared.Add(day, folder, temporary, path);
                using var writer = new SegmentWriter(files.Create(temporary), commit, i, segments.Count);
                segments[i].Write(writer);
                writer.Finish();
            }

            if (segments.Count > 1)
            {
                SyncFolders(prepared);
            }

            return prepared;
        }
        catch
        {
            Discard(prepared);
            throw;
        }
    }

    /// <summary>Step 3 and 4.</summary>
    /// <exception cref="CommitUncertainException">
    /// Renaming began and did not end: only a restart tells whether the commit is there.
    /// </exception>
    public List<SegmentReader> Publish(PreparedCommit prepared)
    {
        try
        {
            foreach (var file in prepared.Files)
            {
                files.Rename(file.Temporary, file.Path);
            }

            SyncFolders(prepared);
            return [.. prepared.Files.Select(file => SegmentReader.Open(file.Path, file.Day))];
        }
        catch (Exception error)
        {
            throw new CommitUncertainException(prepared.Commit.CommitId, error);
        }
    }

    public void Discard(PreparedCommit prepared)
    {
        foreach (var file in prepared.Files)
        {
            try
            {
                files.Delete(file.Temporary);
            }
            catch (IOException)
            {
                // Recovery deletes it: no file of this commit has its final name.
            }
        }
    }

    private string EnsureFolder(long day)
    {
        var folder = Path.Combine(_days, SegmentFile.DayName(day));
        if (!Directory.Exists(folder))
        {
            files.CreateDirectory(folder);
            files.SyncDirectory(_days);
        }

        return folder;
    }

    private void SyncFolders(PreparedCommit prepared)
    {
        foreach (var folder in prepared.Files.Select(file => file.Folder).Distinct())
        {
            files.SyncDirectory(folder);
        }
    }
}
