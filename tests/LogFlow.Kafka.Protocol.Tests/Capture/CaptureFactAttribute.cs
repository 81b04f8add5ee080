using LogFlow.Testing;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Runs only on request: it writes the golden files anew.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CaptureFactAttribute : FactAttribute
{
    public const string FolderVariable = "LOGFLOW_CAPTURE_GOLDEN";

    public CaptureFactAttribute()
    {
        Skip = Folder is null
            ? $"captures golden files anew, where {FolderVariable} names a folder for them"
            : Requirements.WhyMissing(Requirement.Kafka, Requirement.Kcat, Requirement.KafkaPython);
    }

    public static string? Folder => Environment.GetEnvironmentVariable(FolderVariable);
}
