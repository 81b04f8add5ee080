namespace LogFlow.Testing;

/// <summary>A folder of the test's own, removed at its end.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>Makes an empty folder.</summary>
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("logflow-test-").FullName;

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>A path below the folder.</summary>
    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A killed child may still be letting go of its files; the folder is under the temporary folder anyway.
        }
    }
}
