export { launchS3Server, type S3Server } from './gateway.js';
export { signedRequest, type Signer } from './signed-request.js';
