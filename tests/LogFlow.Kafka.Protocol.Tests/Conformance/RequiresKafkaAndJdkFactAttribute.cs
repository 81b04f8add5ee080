using LogFlow.Testing;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Skipped where Kafka's jars are not, or a JDK that can run a Java source file.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresKafkaAndJdkFactAttribute : FactAttribute
{
    public RequiresKafkaAndJdkFactAttribute()
    {
        Skip = Requirements.WhyMissing(Requirement.Kafka)
            ?? (Requirements.FindProgram("javac") is null
                ? "javac is not installed (apt-get install openjdk-17-jdk-headless)"
                : null);
    }
}
