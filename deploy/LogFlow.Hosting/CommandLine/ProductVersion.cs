using System.Reflection;

namespace LogFlow.Hosting;

/// <summary>The version of this build.</summary>
public static class ProductVersion
{
    /// <summary>As printed and as reported to peers, without the commit.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
