/** Where credentials came from, and until when they hold; nothing of what they are. */
export interface CredentialSource {
  /** Words for the links of the SDK's chain that gave them: `environment variables`, `profile`, `instance metadata` ... */
  readonly from: readonly string[];
  readonly expires?: Date;
}

/** The SDK's own names for its sources. */
const SOURCES: Readonly<Record<string, string>> = {
  CREDENTIALS_ENV_VARS: 'environment variables',
  CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN: 'a web identity token',
  CREDENTIALS_STS_ASSUME_ROLE: 'an assumed role',
  CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'a role of a web identity',
  CREDENTIALS_PROFILE: 'profile',
  CREDENTIALS_PROFILE_SOURCE_PROFILE: 'profile',
  CREDENTIALS_PROFILE_NAMED_PROVIDER: 'profile',
  CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN: 'profile',
  CREDENTIALS_PROFILE_SSO: 'profile',
  CREDENTIALS_PROFILE_PROCESS: 'profile',
  CREDENTIALS_SSO: 'single sign-on',
  CREDENTIALS_PROCESS: 'a credential process',
  CREDENTIALS_HTTP: 'the container',
  CREDENTIALS_IMDS: 'instance metadata',
};

/**
 * Has the SDK's own chain look for credentials, as the first request to a bucket would: variables, web identity,
 * single sign-on, profiles and their processes, container, instance metadata.
 *
 * @param profile - the profile to ask for; AWS_PROFILE, or `default`, if absent
 * @returns undefined where no link of the chain gives any
 * @public
 */
export async function findS3Credentials(profile?: string): Promise<CredentialSource | undefined> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { S3Client } = await import('./sdk.js');
  // No request is made of a bucket; a client without a region can't be asked for its credentials.
  const client = new S3Client({ region: 'us-east-1', ...(profile === undefined ? {} : { profile }) });
  try {
    const { expiration, $source = {} } = (await client.config.credentials()) as {
      readonly expiration?: Date;
      readonly $source?: object;
    };
    const from = new Set(Object.keys($source).map((name) => SOURCES[name] ?? name));
    return { from: [...from], ...(expiration === undefined ? {} : { expires: expiration }) };
  } catch (error) {
    if (error instanceof Error && error.name === 'CredentialsProviderError') return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}
