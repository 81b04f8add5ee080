using LogFlow.Kafka.Client;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// The security settings of whatever plugin speaks to Kafka, by Logstash's names: Kafka's own with '_' for '.'.
/// </summary>
internal static class KafkaSecuritySettings
{
    /// <summary>Kafka's names where Logstash has settings for them.</summary>
    private static readonly Dictionary<string, string> KafkaKeys =
        KafkaSecurityReader.Keys.ToDictionary(static key => key.Replace('.', '_'), static key => key);

    /// <summary>The settings; <c>sasl_username</c>, <c>sasl_password</c> are ours, shorter than a jaas line.</summary>
    public static IReadOnlyList<SettingSpec> Specs { get; } =
    [
        .. KafkaKeys.Keys.Select(static name => new SettingSpec(name, TypeOf(name))),
        new("jaas_path", SettingType.Path) { Unsupported = "write its line into sasl_jaas_config" },
        new("kerberos_config", SettingType.Path) { Unsupported = "Kerberos is not spoken; use SCRAM" },
        new("sasl_kerberos_service_name", SettingType.String) { Unsupported = "Kerberos is not spoken; use SCRAM" },
    ];

    /// <summary>What they mean; the compiler has checked them.</summary>
    public static KafkaSecurity Read(PluginSettings settings) => new KafkaSecurityReader(
        key => settings.String(NameOf(key)), NameOf).Read();

    /// <summary>Reports what is wrong at the setting that it is about.</summary>
    public static void Check(PluginContext context)
    {
        try
        {
            Read(context.Settings);
        }
        catch (KafkaSecurityException error)
        {
            var setting = error.Key.Length > 0
                ? NameOf(error.Key)
                : KafkaKeys.Keys.FirstOrDefault(name => error.Message.StartsWith(name + ":", StringComparison.Ordinal));
            context.Error(setting ?? "security_protocol", error.Message);
        }
    }

    private static string NameOf(string kafkaKey) => kafkaKey.Replace('.', '_');

    private static SettingType TypeOf(string name) => name switch
    {
        _ when name.EndsWith("password", StringComparison.Ordinal) => SettingType.Password,
        "sasl_jaas_config" or "ssl_keystore_key" => SettingType.Password,
        _ when name.EndsWith("location", StringComparison.Ordinal) => SettingType.Path,
        _ => SettingType.String,
    };
}
